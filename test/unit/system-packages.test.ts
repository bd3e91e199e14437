import assert from 'node:assert/strict';
import { findProgram, installCommand, isProgramName, locate, withoutServices } from '../../deploy/system-packages.ts';

const only = (...paths: string[]) => {
  const there = new Set(paths);
  return (path: string) => there.has(path);
};

describe('the programs of the machine', () => {
  it('are found on the PATH before anywhere else', () => {
    const found = findProgram('nginx', ['/opt/own', '/usr/bin'], only('/usr/sbin/nginx', '/opt/own/nginx'));
    assert.equal(found, '/opt/own/nginx');
  });

  it('are found where administrators keep them, though a PATH leaves that out', () => {
    assert.equal(findProgram('nginx', ['/usr/bin'], only('/usr/sbin/nginx')), '/usr/sbin/nginx');
  });

  it('are found under each name that Chromium goes by', () => {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      assert.equal(findProgram('chromium', ['/usr/bin'], only(`/usr/bin/${name}`)), `/usr/bin/${name}`);
    }
    const mac = '/Applications/Chromium.app/Contents/MacOS/Chromium';
    assert.equal(findProgram('chromium', ['/usr/bin'], only(mac)), mac);
  });

  it('are not found when they are nowhere, and an empty PATH entry is not the working directory', () => {
    assert.equal(findProgram('redis-server', ['', '/usr/bin'], only('redis-server')), undefined);
  });

  it('are all on a machine where the tests run', () => {
    for (const name of ['redis-server', 'chromium', 'nginx'] as const) assert.notEqual(locate(name), undefined, name);
  });

  it('are known by name, and nothing else is', () => {
    assert.equal(isProgramName('nginx'), true);
    assert.equal(isProgramName('toString'), false);
  });
});

describe('the command that installs programs', () => {
  it('refreshes the lists of apt first, asks nothing and takes no recommended package', () => {
    assert.equal(
      installCommand(['redis-server', 'chromium'], 'apt-get', true),
      'sudo apt-get update && sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server chromium',
    );
    assert.equal(
      installCommand(['nginx'], 'apt-get', false),
      'apt-get update && env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx',
    );
  });

  it('speaks dnf', () => {
    assert.equal(
      installCommand(['redis-server', 'nginx', 'chromium'], 'dnf', true),
      'sudo dnf install -y redis nginx chromium',
    );
  });

  it('speaks brew, which never gets sudo and takes an application as a cask of its own', () => {
    assert.equal(
      installCommand(['redis-server', 'chromium', 'nginx'], 'brew', true),
      'brew install redis nginx && brew install --cask chromium',
    );
    assert.equal(installCommand(['chromium'], 'brew', false), 'brew install --cask chromium');
  });

  it('is wrapped so that Debian starts no service, now or at the next boot', () => {
    const script = withoutServices('INSTALL', ['redis-server', 'chromium']);
    assert.match(script, /exit 101.*> \/usr\/sbin\/policy-rc\.d/);
    assert.ok(script.indexOf('policy-rc.d') < script.indexOf('INSTALL'));
    assert.match(script, /rm -f \/usr\/sbin\/policy-rc\.d/);
    assert.match(script, /systemctl disable --now redis-server;/);
    assert.doesNotMatch(withoutServices('INSTALL', ['chromium']), /systemctl/);
  });
});
