/** @type {import('padlock-auth/plugin').Plugin} */
export default {
  apiVersion: 1,
  name: 'percy',
  strategies: [
    {
      kind: 'grant',
      name: 'percy-staff',
      summary: 'staff name and password',
      grantType: 'password',
      options: {
        staff: { type: 'string', summary: 'staff name, without the domain', required: true, identity: true, prompt: 'Staff name' },
        password: { type: 'string', summary: 'password', required: true, secret: true, prompt: 'Password' },
      },
      async acquire({ staff, password }, host) {
        if (!/^[a-z]+$/.test(staff))
          host.fail('percy_bad_staff_name', {
            category: 'usage',
            message: 'A staff name has lower-case letters only.',
            hint: 'Leave the domain out: robin, not robin@percy.test.',
          });
        return host.exchange('password', { username: `${staff}@percy.test`, password });
      },
    },
  ],
};
