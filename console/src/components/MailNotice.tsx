// Told plainly when no message leaves the house, and what to do.
import { Link } from '@tanstack/react-router';
import { useMail } from '../api/marketing';
import { t } from '../texts';

export function MailNotice() {
  const { data } = useMail();
  if (!data || (data.server && data.sender)) return null;
  return (
    <div className="notice" role="status">
      <span>
        <strong>{data.server ? t.outbox.noSender : t.outbox.noServer}</strong>{' '}
        {!data.server && t.outbox.noServerHelp}
      </span>
      <Link to="/settings" search={{ tab: 'mail' }}>
        {t.outbox.toMail}
      </Link>
    </div>
  );
}
