import type { MetadataStorage } from 'class-validator';
import type { ConstraintMetadata } from 'class-validator/types/metadata/ConstraintMetadata.js';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

/** Where class-validator, each copy and version of it, keeps the metadata of its decorators. */
const STORAGE = 'classValidatorMetadataStorage';
/** What both builds of this library have to add to a storage that does not exist yet. */
const PENDING = Symbol.for('nestjs-mcp-sse:pending-validation-metadata');

const realm = globalThis as { [STORAGE]?: MetadataStorage; [PENDING]?: ValidationMetadata[] };

/** Whether a class of the application has a decorator of class-validator. */
export function hasValidators(): boolean {
  return realm[STORAGE] !== undefined;
}

/** What the decorators on a class, and on the classes that it extends, have left. */
export function validationMetadataOf(type: Function): ValidationMetadata[] {
  return realm[STORAGE]?.getTargetValidationMetadatas(type, '', false, false) ?? [];
}

/** The implementations of a validator. */
export function constraintsOf(validator: Function): ConstraintMetadata[] {
  return realm[STORAGE]?.getTargetValidatorConstraints(validator) ?? [];
}

/**
 * Adds metadata to that of class-validator, without importing it. If none of its decorators has run yet, the metadata is
 * added as soon as one does: a mapped type may copy it right after that.
 */
export function addValidationMetadata(metadata: ValidationMetadata): void {
  if (realm[STORAGE]) realm[STORAGE].addValidationMetadata(metadata);
  else if (realm[PENDING]) realm[PENDING].push(metadata);
  else awaitStorage((realm[PENDING] = [metadata]));
}

function awaitStorage(pending: readonly ValidationMetadata[]): void {
  Object.defineProperty(realm, STORAGE, {
    configurable: true,
    set(storage: MetadataStorage) {
      Object.defineProperty(realm, STORAGE, { value: storage, configurable: true, writable: true });
      for (const metadata of pending) storage.addValidationMetadata(metadata);
    },
  });
}
