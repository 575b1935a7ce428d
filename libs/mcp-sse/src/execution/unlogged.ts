import type { ArgumentsHost } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import type { ExternalExceptionsHandler } from '@nestjs/core/exceptions/external-exceptions-handler.js';

/** Nest keeps the creator of filters to itself. */
interface FiltersOf {
  filtersContextCreator: { create(...args: unknown[]): ExternalExceptionsHandler };
}

/**
 * Nest's creator, but errors that no filter handles are not logged: they go on to where they are masked, and are
 * logged there, once, with the correlation id that the client is told.
 */
export function unlogged(contexts: ExternalContextCreator): ExternalContextCreator {
  const { filtersContextCreator } = contexts as unknown as FiltersOf;
  const create = (...args: unknown[]) => {
    const handler = filtersContextCreator.create(...args);
    // Resolves to undefined where no filter has handled the error.
    const next = (error: Error, host: ArgumentsHost) => handler.invokeCustomFilters(error, host);
    return { next };
  };
  return Object.create(contexts, {
    filtersContextCreator: { value: { create } },
  }) as ExternalContextCreator;
}
