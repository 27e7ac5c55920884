#!/usr/bin/env node
import { importLlamella } from './llamella.ts';
import { runProcess } from './run-process.ts';

await runProcess(importLlamella);
