// The key of a record; of a contact, a link to its page.
import { Link } from '@tanstack/react-router';

export function RecordKey({ of, audience = 'contact' }: { of: string; audience?: string }) {
  if (audience !== 'contact') return <strong>{of}</strong>;
  return (
    <Link to="/contacts/$key" params={{ key: of }} className="plain strong">
      {of}
    </Link>
  );
}
