#!/usr/bin/env node
import { runCommands } from 'padlock-auth/terminal';

const { ACME_ISSUER: issuer = 'https://id.acme.test', ACME_CLIENT_ID: clientId = 'acme-cli' } = process.env;
process.exitCode = await runCommands(process.argv.slice(2), { name: 'acme', issuer, clientId, flow: 'password' });
