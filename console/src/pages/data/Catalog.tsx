// The catalog as tables: each kind of record and interaction with its attributes and their values.
import { Modal, TextInput } from '@mantine/core';
import { IconArrowRight, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCatalog, valuesOf } from '../../api/queries';
import type { Attribute, Owner } from '../../builder/catalog';
import { Failed, Loading } from '../../components/states';
import { t } from '../../texts';
import { Nothing } from './Nothing';

type Shown = { owner: string; kind: 'entity' | 'interaction'; attribute: Attribute };

export default function Catalog() {
  const { data, error, refetch } = useCatalog();
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState<Shown | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={9} />;
  if (data.entities.length + data.interactions.length === 0) return <Nothing />;
  const wanted = search.trim().toLocaleLowerCase();
  const fits = (owner: Owner) =>
    !wanted ||
    [owner.name, ...owner.attributes.map((one) => one.name)].some((name) =>
      name.toLocaleLowerCase().includes(wanted),
    );
  const entities = data.entities.filter(fits);
  const interactions = data.interactions.filter(fits);
  return (
    <>
      <TextInput
        aria-label={t.shell.search}
        placeholder={t.shell.search}
        leftSection={<IconSearch size={16} />}
        maw={280}
        mb="lg"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {entities.length + interactions.length === 0 && <p className="muted">{t.builder.nothingFound}</p>}
      {entities.length > 0 && <h2 className="data-head">{t.data.entities}</h2>}
      <div className="data-cards">
        {entities.map((one) => (
          <Card
            key={one.name}
            owner={one}
            count={data.counts.get(`entity ${one.name}`) ?? 0}
            note={one.audience ? t.data.audience : ''}
            onShow={(attribute) => setShown({ owner: one.name, kind: 'entity', attribute })}
          />
        ))}
      </div>
      {interactions.length > 0 && <h2 className="data-head">{t.data.interactions}</h2>}
      <div className="data-cards">
        {interactions.map((one) => (
          <Card
            key={one.name}
            owner={one}
            count={data.counts.get(`interaction ${one.name}`) ?? 0}
            note=""
            onShow={(attribute) => setShown({ owner: one.name, kind: 'interaction', attribute })}
          />
        ))}
      </div>
      {shown && <Values shown={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Card(props: { owner: Owner; count: number; note: string; onShow: (attribute: Attribute) => void }) {
  const { owner } = props;
  return (
    <section className="card data-card" aria-label={owner.name}>
      <h3>
        {owner.name}
        {props.note && <span className="tag">{props.note}</span>}
        <span className="muted number data-count">{t.number(props.count)}</span>
      </h3>
      <ul>
        {owner.attributes.map((attribute) => (
          <li key={attribute.name}>
            <button
              type="button"
              className="data-attribute"
              aria-label={t.data.showValues(`${owner.name}.${attribute.name}`)}
              onClick={() => props.onShow(attribute)}
            >
              {attribute.name}
            </button>
            <span className="muted">
              {attribute.type === 'reference' && attribute.to ? (
                <>
                  <IconArrowRight size={13} aria-label={t.data.to('')} /> {attribute.to}
                </>
              ) : (
                attribute.type
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Values({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const { owner, kind, attribute } = shown;
  const { data, error } = useQuery({
    queryKey: ['values', kind, owner, attribute.name, ''],
    queryFn: ({ signal }) => valuesOf(owner, kind, attribute.name, '', signal),
  });
  const largest = Math.max(1, ...(data ?? []).map((one) => one.count));
  return (
    <Modal opened onClose={onClose} title={t.data.valuesTitle(`${owner}.${attribute.name}`)}>
      {error ? (
        <Failed error={error} />
      ) : !data ? (
        <Loading rows={4} />
      ) : data.length === 0 ? (
        <p className="muted">{t.data.noValues}</p>
      ) : (
        <table className="bars">
          <tbody>
            {data.map((one) => (
              <tr key={one.value}>
                <th scope="row">{one.value}</th>
                <td>
                  <span className="meter-row">
                    <span className="meter" aria-hidden>
                      <span style={{ width: `${(one.count / largest) * 100}%` }} />
                    </span>
                    <span className="number">{t.number(one.count)}</span>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}
