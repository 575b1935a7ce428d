import type { OnModuleInit, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { UnknownElementException } from '@nestjs/core/errors/exceptions/unknown-element.exception.js';

/**
 * The instance of a class that the options name. One that some module provides keeps that module's dependencies;
 * another one is made here. What is an instance already is given back.
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
    // Nest does so for what is provided only.
    await made.onModuleInit?.();
    return made;
  }
}
