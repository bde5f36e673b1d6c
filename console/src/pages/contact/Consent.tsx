// Consent of a contact: what counts now, and the ledger of everything that was said; changed with evidence.
import { Button, CopyButton } from '@mantine/core';
import { IconBan, IconCheck, IconMailCheck, IconMinus, IconPencil, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { personalLink, useCenters, useConsent, useTopics } from '../../api/marketing';
import { useMay } from '../../api/session';
import type { ConsentEntry, Consent as Standing } from '../../api/wire';
import { May } from '../../components/May';
import { topicName } from '../../components/Reach';
import { Failed, Loading, messageOf } from '../../components/states';
import { When } from '../../components/When';
import { t } from '../../texts';
import { ChangeConsent } from './ChangeConsent';
import './consent.css';

export default function Consent({ contact }: { contact: string }) {
  const { data, error, refetch } = useConsent(contact);
  const { data: topics } = useTopics();
  const [changing, setChanging] = useState(false);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data || !topics) return <Loading />;
  const levels = topics.levels.slice(1);
  const others = Object.values(data.topics).filter(
    (one) => !levels.includes(one.topic) && one.topic !== topics.do_not_email,
  );
  return (
    <div className="cc-grid">
      <div className="stack">
        <section className="card panel">
          <div className="cc-head">
            <h2>{t.consent.standing}</h2>
            <May do="record_consent">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPencil size={15} />}
                onClick={() => setChanging(true)}
              >
                {t.consent.change}
              </Button>
            </May>
          </div>
          <p className="cc-mail" data-stop={data.do_not_email || undefined}>
            {data.do_not_email ? <IconBan size={20} aria-hidden /> : <IconMailCheck size={20} aria-hidden />}
            <span>
              <strong>{data.do_not_email ? t.consent.mayNot : t.consent.may}</strong>
              {data.do_not_email && <span className="muted small cc-line">{t.consent.mayNotHelp}</span>}
            </span>
          </p>
          <h3 className="m-head">
            {t.consent.level}: {topicName(data.level)}
          </h3>
          <ol className="cc-ladder">
            {levels.map((level) => (
              <Rung key={level} name={topicName(level)} entry={data.topics[level]} />
            ))}
          </ol>
          <p className="muted small flush">{t.consent.levelHelp}</p>
          {others.length > 0 && (
            <>
              <h3 className="m-head">{t.consent.otherTopics}</h3>
              <ul className="cc-ladder">
                {others.map((one) => (
                  <Rung key={one.topic} name={topicName(one.topic)} entry={one} />
                ))}
              </ul>
            </>
          )}
        </section>
        <May do="link_center">
          <Links contact={contact} />
        </May>
      </div>
      <Ledger standing={data} />
      {changing && <ChangeConsent contact={contact} topics={topics} onClose={() => setChanging(false)} />}
    </div>
  );
}

function Rung({ name, entry }: { name: string; entry: ConsentEntry | undefined }) {
  const state = entry?.state ?? 'unknown';
  return (
    <li data-state={state}>
      <span className="cc-mark" aria-hidden>
        {state === 'granted' ? (
          <IconCheck size={14} />
        ) : state === 'denied' ? (
          <IconX size={14} />
        ) : (
          <IconMinus size={14} />
        )}
      </span>
      <span>{name}</span>
      <span className="muted small">
        {t.consent[state]} {entry && <When at={entry.at} />}
      </span>
    </li>
  );
}

/** Entries that were written together, newest first: what one form, one call or one click said. */
function together(entries: ConsentEntry[]): ConsentEntry[][] {
  const groups: ConsentEntry[][] = [];
  const key = (one: ConsentEntry) =>
    JSON.stringify([one.at, one.by, one.source, one.contact_point, one.evidence]);
  for (const one of [...entries].reverse()) {
    const last = groups.at(-1);
    if (last?.[0] && key(last[0]) === key(one)) last.unshift(one);
    else groups.push([one]);
  }
  return groups;
}

function Ledger({ standing }: { standing: Standing }) {
  const groups = together(standing.entries);
  return (
    <section className="card panel">
      <h2>{t.consent.ledger}</h2>
      {groups.length === 0 ? (
        <p className="muted flush">
          <strong>{t.consent.none}.</strong> {t.consent.noneHelp}
        </p>
      ) : (
        <>
          <p className="muted small flush">{t.consent.ledgerHelp}</p>
          <ol className="cc-ledger" aria-label={t.consent.ledger}>
            {groups.map((group, i) => (
              <Said key={groups.length - i} group={group} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Said({ group }: { group: ConsentEntry[] }) {
  const [first] = group;
  if (!first) return null;
  const facts = [
    [t.consent.by, first.by],
    [t.consent.through, first.source],
    [t.consent.point, first.contact_point],
    [t.consent.evidence, first.evidence],
  ] as const;
  return (
    <li>
      <p className="cc-when">
        <When at={first.at} />
      </p>
      <ul className="cc-said">
        {group.map((one) => (
          <li key={one.topic} data-state={one.state}>
            {one.state === 'granted' ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}
            {topicName(one.topic)}
            <span className="visually-hidden">
              : {one.state === 'granted' ? t.consent.granted : t.consent.denied}
            </span>
          </li>
        ))}
      </ul>
      <dl className="cc-about small">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </li>
  );
}

function Links({ contact }: { contact: string }) {
  const { data } = useCenters(useMay('list_centers'));
  const live = (data ?? []).filter((one) => one.status !== 'draft');
  return (
    <section className="card panel">
      <h2>{t.consent.link}</h2>
      {live.length === 0 ? (
        <p className="muted flush">{t.consent.linkNone}</p>
      ) : (
        <ul className="cc-links">
          {live.map((one) => (
            <CenterLink key={one.id} id={one.id} name={one.name} contact={contact} />
          ))}
        </ul>
      )}
      {live.length > 0 && <p className="muted small flush">{t.centers.linkHelp}</p>}
    </section>
  );
}

function CenterLink({ id, name, contact }: { id: number; name: string; contact: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const make = () => personalLink(id, contact).then(setUrl, (problem) => setError(messageOf(problem)));
  return (
    <li>
      <span className="strong">{name}</span>
      {url === null ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t.consent.makeLink(name)}
          onClick={() => void make()}
        >
          {t.centers.linkMake}
        </Button>
      ) : (
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button size="compact-sm" aria-label={t.consent.copyLink(name)} onClick={copy}>
              {copied ? t.shell.copied : t.shell.copy}
            </Button>
          )}
        </CopyButton>
      )}
      {url && <code className="secret">{url}</code>}
      {error && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
    </li>
  );
}
