// The page that people would see, drawn by the server while it is edited, on a telephone or a desktop.
import { SegmentedControl } from '@mantine/core';
import { useDebouncedValue, useElementSize } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Center, type CenterContent, tryCenter } from '../../api/marketing';
import { messageOf } from '../../components/states';
import { t } from '../../texts';

const PAUSE_MS = 180;
const WIDTHS = { phone: 390, desktop: 1024 } as const;
const HEIGHTS = { phone: 700, desktop: 760 } as const;
type Width = keyof typeof WIDTHS;

export function Preview({ center, content }: { center: Center; content: CenterContent }) {
  const languages = Object.keys(content.texts);
  const [chosen, setChosen] = useState<string | null>(null);
  const [width, setWidth] = useState<Width>('phone');
  const language = chosen && languages.includes(chosen) ? chosen : (languages[0] ?? 'en');
  const [asked] = useDebouncedValue(JSON.stringify({ content, language }), PAUSE_MS);
  const { ref, width: room } = useElementSize();
  const { data, error } = useQuery({
    queryKey: ['center-preview', center.id, asked],
    queryFn: ({ signal }) => {
      const { content, language } = JSON.parse(asked) as { content: CenterContent; language: string };
      return tryCenter(center.id, content, language, signal);
    },
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    meta: { live: true },
  });
  const scale = room > 0 ? Math.min(1, room / WIDTHS[width]) : 1;
  return (
    <section className="sc-preview" aria-label={t.centers.preview}>
      <div className="sc-preview-bar">
        <SegmentedControl
          size="xs"
          aria-label={t.centers.previewWidth}
          data={(Object.keys(WIDTHS) as Width[]).map((value) => ({ value, label: t.centers[value] }))}
          value={width}
          onChange={(next) => setWidth(next as Width)}
        />
        {languages.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={t.centers.previewLanguage}
            data={languages.map((value) => ({ value, label: t.centers.languages[value] ?? value }))}
            value={language}
            onChange={setChosen}
          />
        )}
      </div>
      {error && (
        <p className="problem" role="alert">
          {messageOf(error)}
        </p>
      )}
      <div ref={ref} className="sc-stage">
        <div
          className="sc-device"
          data-width={width}
          style={{ width: WIDTHS[width] * scale, height: HEIGHTS[width] * scale }}
        >
          {data !== undefined && (
            <iframe
              title={t.centers.previewFrame(center.name)}
              sandbox=""
              srcDoc={data}
              style={{
                width: WIDTHS[width],
                height: HEIGHTS[width],
                transform: scale < 1 ? `scale(${scale})` : undefined,
              }}
            />
          )}
        </div>
      </div>
      <p className="muted small">{t.centers.previewHelp}</p>
    </section>
  );
}
