import { describe, expect, it } from 'vitest';
import {
  isLoopbackHost,
  isPrivateHost,
  literalAddressOf,
  scopeOfAddress,
} from '../src/address/address-scope.ts';

describe('the scope of an address', () => {
  it.each([
    ['8.8.8.8'],
    ['1.1.1.1'],
    ['2606:4700:4700::1111'],
    ['::ffff:8.8.8.8'],
    ['64:ff9b::808:808'],
  ])('is public for %s', (address) => {
    expect(scopeOfAddress(address)).toBe('public');
  });

  it.each([
    ['10.0.0.1'],
    ['172.16.0.1'],
    ['172.31.255.255'],
    ['192.168.1.1'],
    ['100.64.0.1'],
    ['127.0.0.1'],
    ['127.255.255.254'],
    ['::1'],
    ['fd00::1'],
    ['fd00:ec2::254'],
    ['::ffff:10.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::a00:1'],
  ])('is private for %s', (address) => {
    expect(scopeOfAddress(address)).toBe('private');
  });

  it.each([
    ['169.254.169.254'],
    ['169.254.0.1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['febf::1'],
    ['::ffff:169.254.169.254'],
    ['::ffff:a9fe:a9fe'],
    ['64:ff9b::a9fe:a9fe'],
    ['64:ff9b:1::a9fe:a9fe'],
    ['2002:a9fe:a9fe::1'],
    ['fec0::1'],
    ['0.0.0.0'],
    ['::'],
    ['64:ff9b::'],
    ['224.0.0.1'],
    ['ff02::1'],
    ['255.255.255.255'],
    ['240.0.0.1'],
    ['192.0.2.1'],
    ['2001:db8::1'],
  ])('is forbidden for %s', (address) => {
    expect(scopeOfAddress(address)).toBe('forbidden');
  });

  it.each([[''], ['id.example.com'], ['169.254.169.254.nip.io'], ['[::1]'], ['1.2.3.4:80']])(
    'is forbidden for what is no address: %j',
    (address) => {
      expect(scopeOfAddress(address)).toBe('forbidden');
    },
  );
});

describe('the address in a URL', () => {
  it.each([
    ['https://[fe80::1]/', 'fe80::1'],
    ['https://169.254.169.254/', '169.254.169.254'],
    ['https://2852039166/', '169.254.169.254'],
    ['https://0xa9.0xfe.0xa9.0xfe/', '169.254.169.254'],
    ['https://0251.0376.0251.0376/', '169.254.169.254'],
    ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe'],
    ['https://１６９.254.169.254/', '169.254.169.254'],
  ])('is seen however it is written: %s', (url, address) => {
    expect(literalAddressOf(new URL(url))).toBe(address);
  });

  it.each([['https://id.example.com/'], ['https://localhost/']])('is not in %s', (url) => {
    expect(literalAddressOf(new URL(url))).toBeUndefined();
  });
});

describe('a loopback host', () => {
  it.each([
    ['http://127.0.0.1:8080'],
    ['http://127.1'],
    ['http://[::1]:8080'],
    ['http://[::ffff:127.0.0.1]'],
    ['http://localhost:8080'],
    ['http://LOCALHOST'],
  ])('is %s', (url) => {
    expect(isLoopbackHost(new URL(url))).toBe(true);
  });

  it.each([
    ['http://localhost.example.com'],
    ['http://127.0.0.1.example.com'],
    ['http://notlocalhost'],
    ['http://0.0.0.0'],
    ['http://[::]'],
    ['http://10.0.0.1'],
    ['http://128.0.0.1'],
  ])('is not %s', (url) => {
    expect(isLoopbackHost(new URL(url))).toBe(false);
  });
});

describe('a private host', () => {
  it.each([['https://10.0.0.1'], ['https://127.0.0.1'], ['https://[fd00::1]'], ['https://[::1]']])(
    'is %s',
    async (url) => {
      expect(await isPrivateHost(new URL(url))).toBe(true);
    },
  );

  it.each([['https://8.8.8.8'], ['https://169.254.169.254'], ['https://[2606:4700::1111]']])(
    'is not %s',
    async (url) => {
      expect(await isPrivateHost(new URL(url))).toBe(false);
    },
  );
});
