/** A logger that keeps its lines for a test to read. */
import type { LogFields, Logger } from '../../src/kernel/ports.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
  readonly cause: unknown;
}

export function recordingLogger(lines: LogLine[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}, cause?: unknown): void =>
      void lines.push({ level, message, fields, cause });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
