/** Text to the clipboard, also where the browser lends its own only to secure pages: a game in a local network is none. */

/** Whether the text is on the clipboard now. To be called in answer to a click or a key. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

/** The way before `navigator.clipboard`: the command asks the page what to copy. */
function copyByCommand(text: string): boolean {
  let copied = false;
  const give = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    copied = true;
  };
  document.addEventListener('copy', give);
  document.execCommand('copy');
  document.removeEventListener('copy', give);
  return copied;
}
