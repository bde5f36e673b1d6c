// Moments for people, in the workspace's zone: short in the text, whole in the hint.
import { useCatalog } from '../api/queries';

export function moment(iso: string, zone: string, style: 'short' | 'long' = 'short'): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    dateStyle: style === 'short' ? 'medium' : 'long',
    timeStyle: style === 'short' ? 'short' : 'medium',
  }).format(at);
}

export function When({ at }: { at: string | null | undefined }) {
  const { data: catalog } = useCatalog();
  if (!at) return null;
  const zone = catalog?.timezone ?? 'UTC';
  return (
    <time dateTime={at} title={`${moment(at, zone, 'long')} (${zone})`}>
      {moment(at, zone)}
    </time>
  );
}
