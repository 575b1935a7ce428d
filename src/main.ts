import { x } from 'nestjs-mcp-sse';
console.log('hello', x);
