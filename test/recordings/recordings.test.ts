/** What holds for every recorded answer. */
import { describe, expect, it } from 'vitest';
import { recording, recordingNames, recordingText, SERVICES } from './recording.ts';

for (const service of SERVICES) {
  describe(`the recorded answers of ${service}`, () => {
    it.each(recordingNames(service))('%s has the form of a recording and a source that can be looked up', (name) => {
      expect(recording(service, name).source).toMatch(/https:\/\/|text search of public GitHub files/);
    });

    it.each(recordingNames(service))('%s names no package registry, no place of this machine and no key', (name) => {
      const text = recordingText(service, name);
      expect(text).not.toMatch(/registry\.|npmjs|pypi\.org|rubygems\.org|proxy\.golang/);
      expect(text).not.toMatch(/\/(?:work|home|root|tmp|Users)\//);
      expect(text).not.toMatch(/\bsk-[A-Za-z0-9]{8}|\br8_[A-Za-z0-9]{8}|Bearer (?!realm)[A-Za-z0-9]/);
      expect(text.length).toBeLessThan(20_000);
    });
  });
}
