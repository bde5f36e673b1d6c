// A condition in a few words, for the labels of its controls.
import { t } from '../texts';
import { readable } from './catalog';
import { bare, type Condition, groupOf, kindOf, listOfTypes } from './model';

export function describe(condition: Condition): string {
  const group = groupOf(condition);
  if (group) return `${t.builder.kinds.group.name}, ${t.builder.modes[group.mode].toLowerCase()}`;
  const { inner } = bare(condition);
  const name = t.builder.kinds[kindOf(condition)].name;
  const types = (list: string | string[]) => listOfTypes(list).map(readable).join(', ');
  if ('attribute' in inner && 'op' in inner) return readable(inner.attribute);
  if ('related' in inner) return `${name}: ${readable(inner.related)}`;
  if ('top' in inner) return name;
  if ('latest' in inner) return `${t.builder.latest} ${types(inner.latest)}`;
  if ('first' in inner) return `${t.builder.first} ${types(inner.first)}`;
  if ('did' in inner) return `${t.builder.verbs.did?.[0]} ${types(inner.did)}`;
  if ('segment' in inner) return `${name}: ${inner.segment}`;
  if ('list' in inner) return `${name}: ${inner.list}`;
  if ('entered' in inner) return `${t.builder.entered} ${inner.entered}`;
  if ('left' in inner) return `${t.builder.left} ${inner.left}`;
  if ('consent' in inner) return `${name}: ${inner.consent}`;
  return name;
}
