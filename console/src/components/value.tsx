// Values of attributes as people read them.
import { t } from '../texts';
import { moment } from './When';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function plainText(value: unknown, zone = 'UTC'): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? t.builder.yes : t.builder.no;
  if (typeof value === 'number') return t.number(value);
  if (typeof value === 'string') return INSTANT.test(value) ? moment(value, zone) : value;
  if (Array.isArray(value)) return value.map((one) => plainText(one, zone)).join(', ');
  if (typeof value === 'object' && 'latitude' in value && 'longitude' in value)
    return `${Number(value.latitude).toFixed(3)}, ${Number(value.longitude).toFixed(3)}`;
  return JSON.stringify(value);
}

export function shown(value: unknown, zone = 'UTC') {
  const text = plainText(value, zone);
  if (text === '') return <span className="muted">{t.contact.missing}</span>;
  return <span title={text}>{text}</span>;
}
