/** The commands of `prompts` that work between a folder and the service: what is typed. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MESSAGE_TYPES } from '../convirza/catalogue/index.ts';
import { EXIT_CODES } from '../shared/errors.ts';
import { addPaceFlags } from './bulk-flags.ts';
import { rememberValues } from './describe.ts';
import { helpPage } from './help.ts';
import type { RunAction } from './run.ts';

const { usage, cancelled, auth, not_found, rejected, rate_limited, partial, network, server, interrupted } =
  EXIT_CODES;

function groupOption(description: string): Option {
  return new Option('--org-unit-id <integer>', description).argParser((text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
    return text;
  });
}

function typeOption(description: string): Option {
  const option = new Option('--message-type <value>', `${description}: ${MESSAGE_TYPES.join(', ')}`);
  rememberValues(option, MESSAGE_TYPES);
  return option;
}

/** `prompts download` and `prompts sync`. */
export function addPromptFolderCommands(family: Command, run: RunAction): void {
  addDownload(family, run);
  addSync(family, run);
}

function addDownload(family: Command, run: RunAction): void {
  const command = family
    .command('download')
    .description('Download the audio files of prompts')
    .argument('[prompt...]', 'ids or names')
    .option('--all', 'all prompts that the service lists')
    .option('-o, --out <folder>', 'where the files go (default: the working folder)')
    .addOption(groupOption('only those of this group'))
    .addOption(typeOption('only those of this type'))
    .option('--url-base <url>', 'what relative addresses are put behind (default: the root of the API)')
    .option('--force', 'replace files that are there')
    .option('--skip-existing', 'leave out files that are there with the same size')
    .option('--dry-run', 'show what would be downloaded, and from where');
  addPaceFlags(command)
    .addHelpText(
      'after',
      helpPage(
        [
          'prompts download 12345 "Main menu" -o prompts',
          'prompts download --all --org-unit-id 1002 -o backup --skip-existing',
          'prompts download --all -o backup --url-base https://cdn.example.com',
        ],
        [
          'Documented is that the answer of an upload names a url, and that it is relative; its host is not documented. Inferred is that prompts list names it too, and that it begins at the root of the API; --url-base corrects that.',
          "The token goes to the API's own host alone. Redirects to other hosts are followed without it.",
          'A file is named after its prompt, with the ending of its content, and appears only when it is complete. Prompts whose names would be the same file get their id appended. What is no audio is not kept.',
        ],
        [0, usage, auth, not_found, rejected, rate_limited, partial, network, server, interrupted],
      ),
    )
    .action(
      run(
        async (invocation, [prompts], options) =>
          (await import('./prompts-download.ts')).runDownload(invocation, prompts as string[], options),
        true,
      ),
    );
}

function addSync(family: Command, run: RunAction): void {
  const command = family
    .command('sync')
    .description('Make the prompts of a group what a folder holds: upload new files, replace changed ones')
    .argument('<folder>', 'folder of audio files; a prompt is named after its file')
    .addOption(groupOption('group that owns the prompts').makeOptionMandatory())
    .addOption(typeOption('their purpose').makeOptionMandatory())
    .option('--recursive', 'look into folders inside the folder')
    .option('--delete', 'delete prompts of this group and type that have no file')
    .option('--replace', 'replace prompts of the same name whose content nobody can tell')
    .option('--state <file>', 'record of what was uploaded (default: in the folder)')
    .option('--skip-invalid', 'leave files with problems and their prompts alone, and do the rest')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show the plan and do nothing');
  addPaceFlags(command)
    // What messages about other bulk runs advise; a sync does so by itself.
    .addOption(new Option('--resume').hideHelp())
    .addOption(new Option('--retry-failed').hideHelp())
    .addHelpText(
      'after',
      helpPage(
        [
          'prompts sync menus --org-unit-id 1002 --message-type prompt --dry-run',
          'prompts sync menus --org-unit-id 1002 --message-type prompt --delete',
        ],
        [
          'A replaced prompt gets a new id, since the service has no way to change one: routes and agents that point to the old id must be pointed to the new one.',
          'The service names no checksum. Which content a prompt has is known from a record, .convirza-prompts-sync.json in the folder: keep it with the files. Prompts that are not in it are left alone unless --replace says otherwise.',
          'To replace, the new content is uploaded under a temporary name, the old prompt is deleted, the new one is uploaded under the name, and the temporary one is deleted: at every moment one of them is there.',
          'A run that failed, was interrupted or was killed is gone on with by the same command.',
          '--delete touches nothing but prompts that say that they are of this group and this type. The documentation states neither field for lists; where the service does not answer them, only what was uploaded from here is deleted.',
        ],
        [0, usage, cancelled, auth, not_found, rejected, rate_limited, partial, network, server, interrupted],
      ),
    )
    .action(
      run(
        async (invocation, [folder], options) =>
          (await import('./prompts-sync.ts')).runSync(invocation, String(folder), options),
        true,
      ),
    );
}
