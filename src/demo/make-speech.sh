#!/usr/bin/env bash
# Makes the spoken files that come with the program: the prompts of a small company that does not exist, for the
# demo, and the replies of the sandbox's voice agent. Needs espeak-ng and ffmpeg; run it from anywhere.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
prompts=$here/prompts
replies=$here/../sandbox/replies
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

prompt_voice='en-us+m3'
reply_voice='en-us+f2'

# speak VOICE SPEED RATE TEXT OUT ENCODER_OPTION...
# Speech at RATE Hz, evened out, with short pauses and without metadata. Its highest peak is at -3 dBFS, which
# leaves room for what lossy codecs add.
speak() {
  local voice=$1 speed=$2 rate=$3 text=$4 out=$5
  shift 5
  espeak-ng -v "$voice" -s "$speed" -w "$work/raw.wav" -- "$text"
  quiet_ffmpeg -i "$work/raw.wav" \
    -af "highpass=f=80,acompressor=threshold=-22dB:ratio=3:attack=5:release=80,aresample=$rate:resampler=soxr,silenceremove=start_periods=1:start_threshold=-50dB:stop_periods=-1:stop_duration=0.2:stop_threshold=-50dB,apad=pad_dur=0.1" \
    -c:a pcm_f32le "$work/even.wav"
  local peak
  peak=$(ffmpeg -hide_banner -nostdin -i "$work/even.wav" -af volumedetect -f null - 2>&1 |
    sed -n 's/.*max_volume: \(-\{0,1\}[0-9.]*\) dB/\1/p')
  local gain
  gain=$(awk -v peak="$peak" 'BEGIN { print -3 - peak }')
  quiet_ffmpeg -i "$work/even.wav" -af "volume=${gain}dB:precision=double" \
    -map_metadata -1 -fflags +bitexact -flags:a +bitexact "$@" "$out"
}

quiet_ffmpeg() {
  ffmpeg -hide_banner -nostdin -loglevel error -y "$@"
}

prompt() {
  local name=$1 rate=$2 text=$3
  shift 3
  speak "$prompt_voice" 170 "$rate" "$text" "$prompts/$name" "$@"
}

# reply FILE TEXT: 24 kHz mu-law, and an entry of replies.json
reply() {
  local name=$1 text=$2
  speak "$reply_voice" 190 24000 "$text" "$replies/$name" -c:a pcm_mulaw
  [ -s "$work/replies.json" ] && echo ',' >>"$work/replies.json"
  printf '  { "file": "%s", "text": "%s" }' "$name" "$text" >>"$work/replies.json"
}

mkdir -p "$prompts" "$replies"

prompt welcome.wav 16000 'Thank you for calling Quillfern Garden Supply. How can we help you?' \
  -c:a pcm_s16le
prompt menu.mp3 22050 'For orders, press one. For plant advice, press two.' \
  -c:a libmp3lame -b:a 32k -id3v2_version 0
prompt hold.ogg 24000 'Please stay on the line. Somebody with muddy boots is on the way.' \
  -c:a libopus -b:a 20k -application voip
prompt voicemail.m4a 22050 'Nobody is at the counter. Please leave your name and number after the tone.' \
  -c:a aac -b:a 32k
prompt survey.flac 12000 'How did we do today? Press a number from one to five.' \
  -c:a flac -sample_fmt s16 -compression_level 12
prompt closed.webm 24000 'The garden centre is closed. We open again at eight in the morning.' \
  -c:a libopus -b:a 20k -application voip

reply heard.wav 'Thank you, I heard you. This is the local sandbox.'
reply no-agent.wav 'This is a sandbox, and no real agent.'
reply arrived.wav 'Your words have reached the local sandbox.'
reply line-works.wav 'The line works. I am only a sandbox, though.'
printf '[\n%s\n]\n' "$(cat "$work/replies.json")" >"$replies/replies.json"
