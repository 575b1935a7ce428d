import { OptionalPeer } from '../model/optional-peer.js';
import { hasValidators } from './validation-metadata.js';

export const classValidator = new OptionalPeer<typeof import('class-validator')>(
  'class-validator',
  async (failed) => {
    try {
      return await import('class-validator');
    } catch (error) {
      return failed(error);
    }
  },
);

export const classTransformer = new OptionalPeer<typeof import('class-transformer')>(
  'class-transformer',
  async (failed) => {
    try {
      return await import('class-transformer');
    } catch (error) {
      return failed(error);
    }
  },
);

/**
 * Loads the packages, if the application has classes with class-validator's decorators. Schemas are compiled
 * synchronously after it; they report a package that is missing.
 */
export async function prepareForClasses(): Promise<void> {
  if (hasValidators()) await loadClassPackages();
}

export async function loadClassPackages(): Promise<void> {
  await Promise.all([classValidator.tryLoad(), classTransformer.tryLoad()]);
}
