import {
  AuthError,
  type AuthInterceptorOptions,
  ConfigError,
  createAuthInterceptor,
  definePolicy,
  type Policy,
} from '@grpc-authn/core';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { PlacedInterceptor } from './placed-interceptor.ts';

const notStarted = (): AuthError => new AuthError('unavailable', 'overloaded');

/** Refuses every call, whatever its credentials, before its message is read. */
const refuseAll = createAuthInterceptor({
  authenticator: { name: 'starting', schemes: ['bearer'], authenticate: notStarted },
  credentials: { headers: ['authorization'], extract: notStarted },
});

/** Its policy comes from GrpcAuthModule. Until then its calls get UNAVAILABLE. */
export class DeferredInterceptor implements PlacedInterceptor {
  readonly rulesFrom = 'decorators';
  readonly #options: AuthInterceptorOptions;
  #started: ServerInterceptor | undefined;
  /** Whose rules it applies: those of another one may be weaker. */
  #application: object | undefined;
  #hasWarned = false;

  /** @throws ConfigError for a wrong option. */
  constructor(options: AuthInterceptorOptions) {
    // A policy that fits every authenticator: this checks the other options.
    createAuthInterceptor({ ...options, policy: definePolicy({ rules: {} }) });
    this.#options = { ...options };
  }

  readonly interceptor: ServerInterceptor = (method, call) => {
    if (this.#started !== undefined) return this.#started(method, call);
    this.#warnOnce();
    return refuseAll(method, call);
  };

  start(policy: Policy, application: object): void {
    if (this.#application !== undefined && this.#application !== application) {
      throw new ConfigError(
        'expected options of withGrpcAuth() for one application, received them in a second one: call it for each',
      );
    }
    this.#started = createAuthInterceptor({ ...this.#options, policy });
    this.#application = application;
  }

  stop(application: object): void {
    if (this.#application !== application) return;
    this.#started = undefined;
    this.#application = undefined;
  }

  #warnOnce(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(
      'a call arrived before GrpcAuthModule has read the decorators, so it got UNAVAILABLE: import ' +
        'GrpcAuthModule.forRoot(), and let a hybrid application start with app.init() or app.listen()',
      { code: 'GRPC_AUTHN_NOT_STARTED' },
    );
  }
}
