// Problems as people read them: what is not filled in yet is asked for, and no fault.
import type { Problem } from '../api/types';
import { sentence } from '../components/states';
import { t } from '../texts';

/** In the JSON form, what stands last in the place of a problem, and what is to be chosen there. */
const ASKED: Record<string, string> = t.builder.blanks;

export function inWords(problem: Problem): Problem {
  const place = /(\w+)(\[\d+\])*$/.exec(problem.path)?.[1] ?? '';
  if (problem.message.startsWith('found an empty text'))
    return { ...problem, message: ASKED[place] ?? t.builder.blanks.value ?? '', hint: null, isBlank: true };
  return { ...problem, message: sentence(problem.message), hint: sentence(problem.hint) || null };
}
