// The state of a segment, as a word with a dot.
import { t } from '../texts';

export function Status({ status }: { status: string }) {
  return (
    <span className="status" data-status={status}>
      {t.status[status as keyof typeof t.status] ?? status}
    </span>
  );
}
