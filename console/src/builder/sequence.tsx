// Steps that follow each other, or do not.
import { MultiSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../texts';
import { attributesFor, typesFor } from './catalog';
import { useBuilder } from './context';
import type { Path } from './edit';
import { DurationField, Pick, Word } from './fields';
import { listOfTypes, type Sequence, type Step } from './model';
import { Add, Drop, entityOf, Flow, interactionSubject, type Part, TypesField, Where } from './parts';
import { WindowField } from './times';

export function SequenceFields({ value, path, subject, verb }: Part<Sequence> & { verb: ReactNode }) {
  const { catalog, set, disabled } = useBuilder();
  const entity = entityOf(subject);
  const all = value.sequence.flatMap((step) => listOfTypes('did' in step ? step.did : step.not_did.did));
  const shared = attributesFor(catalog, interactionSubject(all, entity)).filter(
    (one) => one.ownerKind === 'interaction',
  );
  return (
    <>
      <Flow>
        {verb}
        <WindowField value={value.during} path={[...path, 'during']} optional label={t.builder.during} />
        {(!disabled || value.same) && (
          <>
            <Word>{t.builder.same}</Word>
            <MultiSelect
              disabled={disabled}
              size="xs"
              className="b-several"
              aria-label={t.builder.sameHelp}
              placeholder={value.same?.length ? undefined : '–'}
              value={value.same ?? []}
              data={shared.map((one) => one.path)}
              onChange={(next) => set([...path, 'same'], next.length ? next : undefined)}
            />
          </>
        )}
      </Flow>
      <ol className="b-steps" aria-label={t.builder.steps}>
        {value.sequence.map((step, i) => (
          <StepFields
            key={i}
            step={step}
            index={i}
            isLast={i === value.sequence.length - 1}
            count={value.sequence.length}
            path={[...path, 'sequence', i]}
            entity={entity}
            onRemove={() => {
              const rest = value.sequence.filter((_, other) => other !== i);
              const [first, ...others] = rest;
              // The first step stands after nothing.
              const begun = first && 'did' in first ? { did: first.did, where: first.where } : first;
              set([...path, 'sequence'], [begun, ...others]);
            }}
          />
        ))}
      </ol>
      {'did' in (value.sequence.at(-1) ?? {}) && (
        <Add
          onClick={() =>
            set(
              [...path, 'sequence'],
              [...value.sequence, { did: typesFor(catalog, entity)[0]?.name ?? '', within: { days: 7 } }],
            )
          }
        >
          {t.builder.addStep}
        </Add>
      )}
    </>
  );
}

function StepFields(props: {
  step: Step;
  index: number;
  isLast: boolean;
  count: number;
  path: Path;
  entity: string;
  onRemove: () => void;
}) {
  const { catalog, set } = useBuilder();
  const { step, index, path, entity } = props;
  const absent = !('did' in step);
  const types = absent ? step.not_did.did : step.did;
  const where = absent ? step.not_did.where : step.where;
  const blocker = absent ? undefined : step.not_did;
  const typesPath = absent ? [...path, 'not_did', 'did'] : [...path, 'did'];
  const wherePath = absent ? [...path, 'not_did', 'where'] : [...path, 'where'];
  return (
    <li className="b-step">
      <Flow>
        {index > 0 &&
          (props.isLast && props.count > 1 ? (
            <Pick
              label={`${t.builder.step(index + 1)}: ${t.builder.stepKind}`}
              value={absent ? 'not' : 'so'}
              strong
              options={[
                { value: 'so', label: t.builder.thenSo },
                { value: 'not', label: t.builder.thenNot },
              ]}
              onChange={(next) =>
                set(
                  path,
                  next === 'not'
                    ? { not_did: { did: types, where }, within: step.within ?? { days: 2 } }
                    : { did: types, where, within: step.within },
                )
              }
            />
          ) : (
            <Word>{t.builder.thenSo}</Word>
          ))}
        <TypesField value={types} path={typesPath} entity={entity} />
        {index > 0 && (
          <>
            {step.within ? (
              <>
                <Word>{t.builder.within}</Word>
                <DurationField label={t.builder.within_} value={step.within} path={[...path, 'within']} />
                {!absent && (
                  <Drop
                    onClick={() => set([...path, 'within'], undefined)}
                    label={`${t.builder.remove}: ${t.builder.within_}`}
                  />
                )}
              </>
            ) : (
              <Add onClick={() => set([...path, 'within'], { days: 7 })}>{t.builder.within_}</Add>
            )}
            {!absent &&
              (blocker ? (
                <>
                  <Word>{t.builder.without}</Word>
                  <TypesField value={blocker.did} path={[...path, 'not_did', 'did']} entity={entity} />
                  <Drop
                    onClick={() => set([...path, 'not_did'], undefined)}
                    label={`${t.builder.remove}: ${t.builder.without}`}
                  />
                </>
              ) : (
                <Add
                  onClick={() => set([...path, 'not_did'], { did: typesFor(catalog, entity)[0]?.name ?? '' })}
                >
                  {t.builder.addWithout}
                </Add>
              ))}
          </>
        )}
        {props.count > 2 && <Drop onClick={props.onRemove} label={t.builder.removeStep(index + 1)} />}
      </Flow>
      <Where
        value={where}
        path={wherePath}
        subject={interactionSubject(types, entity)}
        title={t.builder.where}
      />
      {blocker && (
        <Where
          value={blocker.where}
          path={[...path, 'not_did', 'where']}
          subject={interactionSubject(blocker.did, entity)}
          title={`${t.builder.without} … ${t.builder.where}`}
        />
      )}
    </li>
  );
}
