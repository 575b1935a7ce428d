/**
 * Instances of classes that options name.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1, injector/module-ref.js: `get()` throws `UnknownElementException` for a
 * class that no module provides, and `create()` calls no hooks. If the exception changes, such a class stops the
 * boot; the tests of policies and guards that nobody provides fail then.
 */
import type { OnModuleInit, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { UnknownElementException } from '@nestjs/core/errors/exceptions/unknown-element.exception.js';

/**
 * Resolves a class of the options to its instance: the one that a module provides, or a new one with its dependencies
 * injected. Returns an instance as it is.
 */
export async function providedInstance<T extends object>(
  moduleRef: ModuleRef,
  given: Type<T> | T,
): Promise<T> {
  if (typeof given !== 'function') return given;
  try {
    return moduleRef.get<T>(given, { strict: false });
  } catch (error) {
    if (!(error instanceof UnknownElementException)) throw error;
    const made = await moduleRef.create<T & Partial<OnModuleInit>>(given as Type<T>);
    // Nest calls this hook on providers only.
    await made.onModuleInit?.();
    return made;
  }
}
