// Undo and redo: what was before, what is, what was undone. Quick edits of one place become one step.

export type History<T> = { past: T[]; present: T; future: T[]; place: string; at: number };

export const STEPS_MAX = 200;
const TOGETHER_MS = 900;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], place: '', at: 0 };
}

/** Take an edit. `place` names what was edited: edits of one place shortly after each other are one step. */
export function record<T>(history: History<T>, next: T, place: string, at: number): History<T> {
  if (Object.is(next, history.present)) return history;
  const joined = place !== '' && place === history.place && at - history.at < TOGETHER_MS;
  const past = joined ? history.past : [...history.past, history.present].slice(-STEPS_MAX);
  return { past, present: next, future: [], place, at };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    place: '',
    at: 0,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, place: '', at: 0 };
}
