import { byId, el } from './dom.js';

/** @typedef {import('./credentials.js').Credentials} Credentials */

/**
 * Asks for a token, and for the parameters in the path of the stream.
 *
 * @param {Credentials} credentials
 * @param {{ why?: string, parameters?: string[], values?: Record<string, string> }} [options]
 * @returns {Promise<Record<string, string> | undefined>} the parameters; undefined if the viewer cancels
 */
export function signIn(credentials, { why, parameters = [], values = {} } = {}) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('sign-in'));
  if (dialog.open) return Promise.resolve(undefined);
  const token = /** @type {HTMLInputElement} */ (byId('token'));
  const keep = /** @type {HTMLInputElement} */ (byId('keep'));
  token.value = credentials.token;
  keep.checked = credentials.isKept;
  if (why !== undefined) byId('sign-in-why').textContent = why;
  const inputs = parameters.map((name) =>
    el('input', { name, value: values[name] ?? '', required: true, autocomplete: 'off' }),
  );
  byId('parameters').replaceChildren(
    ...inputs.map((input) => el('label', {}, `${input.name} (part of the path) `, input)),
  );
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener(
      'close',
      () => {
        if (dialog.returnValue !== 'connect') return resolve(undefined);
        credentials.set(token.value, keep.checked);
        token.value = '';
        resolve(Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
      },
      { once: true },
    ),
  );
}
