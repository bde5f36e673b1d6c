// The texts of a center, in each of its languages; the first is for people whose language there is not.
import { Checkbox, Group, Stack, Tabs, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CenterTexts } from '../../api/marketing';
import { t } from '../../texts';
import type { Edited } from './useEdited';

const OFFERED = Object.keys(t.centers.languages);
const NONE: CenterTexts = { title: '', introduction: '', footer: '' };
const TEXT_CHARS_MAX = 4000;

export function Words({ edited }: { edited: Edited }) {
  const { content, change } = edited;
  const languages = Object.keys(content.texts);
  const [chosen, setChosen] = useState<string | null>(null);
  const language = chosen && languages.includes(chosen) ? chosen : (languages[0] ?? 'en');
  const texts = content.texts[language] ?? NONE;
  const put = (next: Record<string, CenterTexts>, place = '') => change(place, { texts: next });
  const toggle = (one: string) => {
    if (!languages.includes(one)) {
      put({ ...content.texts, [one]: NONE });
      setChosen(one);
    } else if (languages.length > 1) {
      const { [one]: _, ...rest } = content.texts;
      put(rest);
    }
  };
  const putFirst = (one: string) => {
    const { [one]: own, ...rest } = content.texts;
    if (own) put({ [one]: own, ...rest });
  };
  const set = (name: keyof CenterTexts, value: string) =>
    put({ ...content.texts, [language]: { ...texts, [name]: value } }, `text ${language} ${name}`);
  return (
    <section className="card panel">
      <h2>{t.centers.partTexts}</h2>
      <Stack gap="md">
        <div>
          <Group gap="lg" align="center" role="group" aria-label={t.centers.languagesUsed}>
            {OFFERED.map((one) => (
              <Checkbox
                key={one}
                label={t.centers.languages[one]}
                checked={languages.includes(one)}
                disabled={languages.length === 1 && languages[0] === one}
                onChange={() => toggle(one)}
              />
            ))}
          </Group>
          <p className="muted small sc-help">{t.centers.languagesHelp}</p>
        </div>
        <Tabs value={language} onChange={setChosen} variant="outline">
          {languages.length > 1 && (
            <Tabs.List mb="sm">
              {languages.map((one) => (
                <Tabs.Tab key={one} value={one}>
                  {t.centers.languages[one] ?? one}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          )}
          <Tabs.Panel value={language}>
            <Stack gap="sm">
              {languages.length > 1 && (
                <Checkbox
                  label={t.centers.first}
                  checked={languages[0] === language}
                  disabled={languages[0] === language}
                  onChange={() => putFirst(language)}
                />
              )}
              <TextInput
                label={t.centers.title}
                lang={language}
                maxLength={TEXT_CHARS_MAX}
                value={texts.title}
                onChange={(event) => set('title', event.currentTarget.value)}
              />
              <Textarea
                label={t.centers.introduction}
                lang={language}
                autosize
                minRows={3}
                maxLength={TEXT_CHARS_MAX}
                value={texts.introduction}
                onChange={(event) => set('introduction', event.currentTarget.value)}
              />
              <Textarea
                label={t.centers.footer}
                description={t.centers.footerHelp}
                lang={language}
                autosize
                minRows={2}
                maxLength={TEXT_CHARS_MAX}
                value={texts.footer}
                onChange={(event) => set('footer', event.currentTarget.value)}
              />
            </Stack>
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </section>
  );
}
