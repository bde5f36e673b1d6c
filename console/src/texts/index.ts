// Every text that people read stands in this folder, so that it can be translated in one place.
import { builder } from './builder';
import { marketing } from './marketing';
import { pages } from './pages';
import { sets } from './sets';
import { shell } from './shell';

const numbers = new Intl.NumberFormat('en');
const compactNumbers = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

export const t = {
  builder,
  ...pages,
  ...marketing,
  sets,
  shell,
  number: (value: number) => numbers.format(value),
  short: (value: number) => compactNumbers.format(value),
  percent: (value: number) => percents.format(value),
  change: (value: number) =>
    value > 0 ? `+${numbers.format(value)}` : numbers.format(value).replace('-', '−'),
};
