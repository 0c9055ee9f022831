/** Icons in one stroke, after Lucide (ISC licence). */
const PATHS = {
  overview: ["M3 13h8V3H3z", "M13 21h8V11h-8z", "M13 3v4h8V3z", "M3 17v4h8v-4z"],
  triage: ["M21 12a9 9 0 1 1-9-9", "M21 4 12 13l-3-3"],
  people: ["M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2", "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8", "M22 21v-2a4 4 0 0 0-3-3.87", "M16 3.13a4 4 0 0 1 0 7.75"],
  waves: ["M2 7c1.7 0 1.7 2 3.3 2s1.7-2 3.4-2 1.6 2 3.3 2 1.7-2 3.3-2 1.7 2 3.4 2 1.6-2 3.3-2", "M2 15c1.7 0 1.7 2 3.3 2s1.7-2 3.4-2 1.6 2 3.3 2 1.7-2 3.3-2 1.7 2 3.4 2 1.6-2 3.3-2"],
  actions: ["M9 12l2 2 4-4", "M12 3l7 3v6c0 4.5-3 7.6-7 9-4-1.4-7-4.5-7-9V6z"],
  changes: ["M8 3 4 7l4 4", "M4 7h16", "M16 21l4-4-4-4", "M20 17H4"],
  calibration: ["M12 2v20", "M5 8l-3 6a3.5 3.5 0 0 0 6 0z", "M19 8l-3 6a3.5 3.5 0 0 0 6 0z", "M5 8h14", "M8 22h8"],
  quality: ["M12 3l9 16H3z", "M12 10v4", "M12 16.5v.1"],
  log: ["M8 6h13", "M8 12h13", "M8 18h13", "M3 6h.01", "M3 12h.01", "M3 18h.01"],
  settings: ["M4 6h10", "M18 6h2", "M4 12h2", "M10 12h10", "M4 18h8", "M16 18h4", "M16 4v4", "M8 10v4", "M14 16v4"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14", "M21 21l-5-5"],
  external: ["M14 4h6v6", "M20 4 10 14", "M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"],
  undo: ["M9 14 4 9l5-5", "M4 9h10a6 6 0 0 1 0 12h-3"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  eye: ["M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7S2 12 2 12", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6"],
  theme: ["M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M4 20h16"],
  keyboard: ["M3 6h18v12H3z", "M7 10h.01", "M11 10h.01", "M15 10h.01", "M8 14h8"],
  right: ["M9 6l6 6-6 6"],
  left: ["M15 6l-6 6 6 6"],
  more: ["M4 7h16", "M4 12h16", "M4 17h16"],
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {PATHS[name].map((path) => <path key={path} d={path} />)}
    </svg>
  );
}
