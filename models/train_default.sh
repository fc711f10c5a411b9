#!/usr/bin/env bash
# Makes default.h5 anew: models/train_default.sh RECORDINGS FOLDER
# RECORDINGS has the files of default_recordings.csv, which says where they are from; FOLDER takes data, trainings and the
# model. Some hours on two cores; begun again it goes on where it stopped.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
recordings=${1:?usage: train_default.sh RECORDINGS FOLDER} folder=${2:?usage: train_default.sh RECORDINGS FOLDER}
veery=${VEERY_PROGRAM:-$here/../build/release/bin/veery}
rate=22050

# The files of a split, into a folder of their own.
copy_recordings() {
  mkdir -p "$2"
  python3 -c 'import csv, sys
print(*(row["file"] for row in csv.DictReader(sys.stdin) if row["split"] == sys.argv[1]), sep="\n")' "$1" \
    < "$here/default_recordings.csv" | while IFS= read -r file; do once "$2/$file" cp "$recordings/$file"; done
}

once() { # PLACE COMMAND…: what COMMAND makes in the place behind its words, whole or not at all
  [[ ! -e $1 ]] || return 0
  rm -rf "$1.partial"
  "${@:2}" "$1.partial"
  mv "$1.partial" "$1"
}

cut_rows() { # OUTPUT RECORDINGS OPTION…: goes on by itself, and ends at once when all is done
  "$veery" process "$folder/$2" -o "$folder/$1" --sample-rate $rate "${@:3}"
}
fixed=(--slices fixed --interval 6s --hop)
around_peaks=(--interval 6s --peak-scope 20s --peaks-per-scope 6)

make_data() {
  copy_recordings "train" "$folder/recordings"
  copy_recordings "train later" "$folder/later"
  copy_recordings "train last" "$folder/last"
  copy_recordings "held out" "$folder/held-out"
  cut_rows real recordings "${fixed[@]}" 2s
  cut_rows more later "${fixed[@]}" 2s
  cut_rows last-rows last "${fixed[@]}" 2s
  cut_rows peaks-recordings recordings "${around_peaks[@]}"
  cut_rows peaks-later later "${around_peaks[@]}"
  cut_rows peaks-last last "${around_peaks[@]}"
  cut_rows validation held-out --split validation=1
  once "$folder/examples" "$veery" synthesize --sample-rate $rate --seed 101 --hours 12 --recording 5s --sources \
    --birds 0..3 --split train --output
  once "$folder/scapes" "$veery" synthesize --sample-rate $rate --seed 303 --hours 0.5 --recording 1min --output
  cut_rows scape-rows scapes "${fixed[@]}" 5s
}

train() { # OUTPUT EVERY OPTION…: validates so often
  mpirun -n 2 --bind-to none "$veery" train -o "$folder/$1" --config "$here/../configs/train.toml" --device cpu --threads 1 \
    --window 4s --batch 8 --validate-every "$2" --checkpoint-every "$2" "${@:3}"
}

make_data
# Above all from examples whose sources are known …
train first 400 "$folder/real" "$folder/examples" --validation "$folder/held-out" --validation-views 48 \
  --learning-rate 1e-3 --learning-rate-steps 2500 --steps 2000
# … then from mixtures of mixtures …
train second 400 "$folder/real" "$folder/scape-rows" "$folder/examples" --validation "$folder/validation" \
  --validation-views 96 --init "$folder/first/model.h5" --seed 2 --known-share 0.15 --gain=-5..5 \
  --learning-rate 6e-4 --learning-rate-steps 3000 --steps 12000
# … and from more recordings, of other places.
train third 150 "$folder/real" "$folder/more" "$folder/scape-rows" "$folder/examples" --validation "$folder/validation" \
  --validation-views 96 --init "$folder/second/model.h5" --seed 4 --known-share 0.15 --gain=-5..5 \
  --learning-rate 6e-4 --learning-rate-steps 500 --steps 1500
# … and from all recordings again, and those of other places still, above all where they are loud.
train fourth 300 "$folder"/{real,more,last-rows,peaks-last,peaks-recordings,peaks-later,scape-rows,examples} \
  --validation "$folder/validation" --validation-views 128 --init "$folder/third/model.h5" --seed 5 --known-share 0.15 \
  --gain=-5..5 --learning-rate 5e-4 --learning-rate-steps 600 --steps 2700
cp "$folder/fourth/model.h5" "$folder/default.h5"
