import { useLayoutEffect, useRef } from 'react';

/** A field of several lines that is as high as its text, up to a limit. Enter sends, except on touch screens. */
export function GrowingField({
  value,
  onChange,
  label,
  onEnter,
  onEscape,
  onArrowUp,
  hasFocus = false,
  placeholder,
  id,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly onEnter: () => void;
  readonly onEscape?: () => void;
  readonly onArrowUp?: () => void;
  readonly hasFocus?: boolean;
  readonly placeholder?: string;
  readonly id?: string;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [value]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!hasFocus || element === null) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [hasFocus]);
  return (
    <textarea
      ref={field}
      id={id}
      className="growing-field"
      rows={1}
      value={value}
      aria-label={label}
      placeholder={placeholder}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(pointer: coarse)').matches) {
          event.preventDefault();
          onEnter();
        } else if (event.key === 'Escape' && onEscape) {
          event.stopPropagation();
          onEscape();
        } else if (event.key === 'ArrowUp' && value === '') onArrowUp?.();
      }}
    />
  );
}
