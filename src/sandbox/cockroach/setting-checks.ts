/** What is wrong with a value for a setting, in CockroachDB's words. */
import { X509Certificate } from 'node:crypto';
import { checkSetting, ruledSettings } from '../../core/login/setting-rules.ts';
import type { Setting } from './settings.ts';

const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Go's x509.CertPool takes a bundle as soon as one certificate in it can be read. */
function holdsCertificate(pem: string): boolean {
  return [...pem.matchAll(certificate)].some(([text]) => {
    try {
      return new X509Certificate(text).raw.length > 0;
    } catch {
      return false;
    }
  });
}

/** Beside what core/login knows: what can't be told without reading a certificate (jwtauthccl settings.go@98cdac4aaec0). */
const own: Readonly<Record<string, (value: string) => string | null>> = {
  'server.jwt_authentication.issuers.custom_ca': (value) =>
    value === '' || holdsCertificate(value) ? null : 'JWT authentication issuer custom CA certificate not valid',
};

/** @returns null: the value is taken */
export function wrongWith(setting: Setting, value: string, version: string): string | null {
  if (ruledSettings.includes(setting.key)) return checkSetting(setting.key, value, version);
  return own[setting.key]?.(value) ?? null;
}
