/** @param folder of the output */
export function buildSchematics(folder: string): Promise<void>;
