/** Puts the cursor where messages are written, unless that would bring a keyboard onto a touch screen. */
export function focusMessage(): void {
  if (matchMedia('(pointer: fine)').matches) document.getElementById('message')?.focus();
}
