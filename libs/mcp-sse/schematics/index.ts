import { app as appFeature } from './app.js';
import { generate } from './feature.js';
import { prompt as promptFeature } from './prompt.js';
import { resource as resourceFeature } from './resource.js';
import { tool as toolFeature } from './tool.js';

export { nestAdd } from './nest-add.js';

export const tool = generate(toolFeature);
export const resource = generate(resourceFeature);
export const prompt = generate(promptFeature);
export const app = generate(appFeature);
