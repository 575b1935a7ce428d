export {};

// The browser knows the address at which it has found the page, also behind a proxy.
const { guessedRoot } = document.documentElement.dataset;
const root = location.origin + location.pathname.replace(/\/$/, '');
if (guessedRoot !== undefined && guessedRoot !== root)
  for (const code of document.querySelectorAll('pre code'))
    code.textContent = (code.textContent ?? '').replaceAll(guessedRoot, root);
for (const link of document.querySelectorAll('a'))
  link.href = (link.getAttribute('href') ?? '').replace(/^\./, root);

const status = document.getElementById('status');

for (const button of document.querySelectorAll('button')) {
  const text = document.getElementById(button.dataset.copy ?? '');
  if (!text) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const isCopied = await copy(text);
    button.textContent = isCopied ? 'Copied' : 'Copy';
    if (status) status.textContent = isCopied ? 'Copied.' : 'Selected. Press Ctrl+C or ⌘C to copy it.';
    setTimeout(() => (button.textContent = 'Copy'), 2_000);
  });
}

/**
 * Copies the text of an element, or leaves it selected. Browsers have `clipboard` in secure contexts only.
 *
 * @param {HTMLElement} element
 * @returns {Promise<boolean>} whether it is copied
 */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    if (!document.execCommand('copy')) return false;
    getSelection()?.removeAllRanges();
    return true;
  }
}
