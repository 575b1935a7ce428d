export { McpJwtStrategy } from './mcp-jwt.strategy.js';
