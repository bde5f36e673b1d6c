// A comparison of an attribute.
import { Checkbox } from '@mantine/core';
import { t } from '../texts';
import { blankValue, comparison } from './blank';
import { attributeAt, attributesFor, operatorsFor, withChosen } from './catalog';
import { useBuilder } from './context';
import { Find, Pick } from './fields';
import type { Compare } from './model';
import { attributeOptions, type Part } from './parts';
import { ValueField } from './values';

export function AttributeFields({ value, path, subject }: Part<Compare>) {
  const { catalog, set, disabled } = useBuilder();
  const attribute = attributeAt(catalog, subject, value.attribute);
  const chooseAttribute = (next: string) => {
    const chosen = attributeAt(catalog, subject, next);
    if (!chosen) return;
    const fresh = comparison(chosen, subject) as Compare;
    const sameType = attribute?.type === chosen.type && chosen.type !== 'choice';
    set(path, sameType ? { ...value, attribute: next } : fresh);
  };
  const chooseOperator = (op: string) => {
    if (!attribute) return;
    const keeps = shapeOf(op) === shapeOf(value.op);
    const next: Compare = { attribute: value.attribute, op };
    const list = shapeOf(op) === 'list';
    const kept =
      list && typeof value.value !== 'object' && value.value !== undefined && value.value !== ''
        ? [value.value]
        : undefined;
    const filled = keeps ? value.value : (kept ?? blankValue(attribute, op, subject));
    if (filled !== undefined) next.value = filled;
    if (value.case && attribute.type === 'text') next.case = value.case;
    set(path, next);
  };
  return (
    <>
      <Find
        label={t.builder.attribute}
        value={value.attribute}
        options={attributeOptions(withChosen(attributesFor(catalog, subject), attribute))}
        onChange={chooseAttribute}
        invalid={!attribute}
      />
      {attribute && (
        <>
          <Pick
            label={t.builder.operator}
            value={value.op}
            options={operatorsFor(attribute.type, subject).map((op) => ({
              value: op,
              label:
                (['date', 'timestamp'].includes(attribute.type) && t.builder.timeOps[op]) ||
                t.builder.ops[op] ||
                op,
            }))}
            onChange={chooseOperator}
          />
          <ValueField
            attribute={attribute}
            subject={subject}
            op={value.op}
            value={value.value}
            path={[...path, 'value']}
          />
          {attribute.type === 'text' && shapeOf(value.op) !== 'none' && (
            <Checkbox
              size="xs"
              label={t.builder.exact}
              checked={value.case === 'exact'}
              disabled={disabled}
              onChange={(event) => set([...path, 'case'], event.currentTarget.checked ? 'exact' : undefined)}
            />
          )}
        </>
      )}
    </>
  );
}

function shapeOf(op: string): string {
  if (op === 'is_present' || op === 'is_missing') return 'none';
  if (['in', 'not_in', 'has_any', 'has_all', 'has_none'].includes(op)) return 'list';
  if (op === 'between' || op === 'not_between') return 'range';
  if (['within', 'more_than', 'anniversary', 'within_km'].includes(op)) return op;
  return 'one';
}
