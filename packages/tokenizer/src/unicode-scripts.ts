import type { PreTokenizer } from './pre-tokenizer.ts';

/** ISO 15924 codes of the scripts of Unicode 9; characters of later ones count as belonging anywhere. */
const codes =
  'ZyyyLatnHaniCyrlArabGrekHebrDevaThaiHangZinhAdlmAghbAhomArmiArmnAvstBaliBamuBassBatkBengBhksBopoBrahBraiBugiBuhdCakmCansCariChamCherCoptCprtDsrtDuplEgypElbaEthiGeorGlagGothGranGujrGuruHanoHatrHiraHluwHmngHungItalJavaKaliKanaKharKhmrKhojKndaKthiLanaLaooLepcLimbLinaLinbLisuLyciLydiMahjMandManiMarcMendMercMeroMlymModiMongMrooMteiMultMymrNarbNbatNewaNkooOgamOlckOrkhOryaOsgeOsmaPalmPaucPermPhagPhliPhlpPhnxPlrdPrtiRjngRunrSamrSarbSaurSgnwShawShrdSiddSindSinhSoraSundSyloSyrcTagbTakrTaleTaluTamlTangTavtTeluTfngTglgThaaTibtTirhUgarVaiiWaraXpeoXsuxYiii';

let expressions: RegExp[] | undefined;
const known = new Map<number, string>();

/** @returns a name for the script of a character, or an empty string for those that go with any. */
function scriptOf(code: number): string {
  let script = known.get(code);
  if (script === undefined) {
    script = findScript(code);
    known.set(code, script);
  }
  return script;
}

function findScript(code: number): string {
  if (code === 32) return '';
  if (code === 0x30fc) return 'Hani';
  const names = codes.match(/.{4}/g)!;
  expressions ??= names.map((name) => new RegExp(`\\p{Script=${name}}`, 'u'));
  const character = String.fromCodePoint(code);
  const name = names[expressions.findIndex((expression) => expression.test(character))] ?? '';
  return name === 'Hira' || name === 'Kana' ? 'Hani' : name;
}

/**
 * Cuts where the script of the letters changes. Kana count as Han; spaces go with what is before them, and those at
 * the start are dropped, as in the reference.
 *
 * Source: pre_tokenizers/unicode_scripts of https://github.com/huggingface/tokenizers
 */
export const splitScripts: PreTokenizer = (source, start, end, handle) => {
  const { text } = source;
  let last = '';
  let done = -1;
  for (let at = start; at < end; ) {
    const code = text.codePointAt(at)!;
    const script = scriptOf(code);
    if (script !== '' && script !== last) {
      if (done >= 0 && !handle(source, done, at)) return false;
      done = at;
      last = script;
    }
    at += code > 0xffff ? 2 : 1;
  }
  return done < 0 || handle(source, done, end);
};
