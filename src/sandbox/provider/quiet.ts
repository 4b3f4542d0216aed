/** oidc-provider greets whoever runs it with notices for production. Imported first: it begins while it is loaded. */
for (const method of ['debug', 'info', 'log', 'warn', 'error'] as const) console[method] = () => {};
