# shellcheck shell=bash
# What all job scripts share: veery until its output is complete, in this job and in those that follow.
#
# A job script sets what its edit block lists, then reads its site.sh, which sets LAUNCH (the launcher's words) and
# reads this file. How a run of veery ends, and what follows:
#
#   0, 3         done (3: some recordings are in quarantine.csv): NEXT is submitted, once
#   75           stopped in time: PBS gets the job script again, Slurm requeues the job
#   2            a mistake in the command line: nothing is tried again
#   other codes  a crash: run again in this job. veery leaves a recording out that ends processes, so this gets past it
#
# Each run is one line of OUTPUT.tries: the units (or a training's steps) done before it, the job, the time. More than
# MAX_RUNS lines, or MAX_FRUITLESS runs in a row that finished none, and no run follows. The file goes when all is done.
# Then OUTPUT.next says for how many of them NEXT was submitted, as which job.

MAX_RUNS=${MAX_RUNS:-100}
MAX_FRUITLESS=${MAX_FRUITLESS:-10}
stopped_from_outside=false

say() { printf '%s  job %s: %s\n' "$(date '+%F %T')" "$job" "$*" >&2; }

# The code of a mistake in the edit block is the one of a mistake in a command line: 2.
refuse() {
  say "$*"
  exit 2
}

on_slurm() { [[ -n ${SLURM_JOB_ID-} ]]; }

# A part of an array may have the array's own number as its job id, which would mean all parts: hence ARRAY_PART.
slurm_id() { echo "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}"; }

# ── the job ──────────────────────────────────────────────────────────────────────────────────────────

# [DAYS-][[HOURS:]MINUTES:]SECONDS as seconds; fails for what is no time, such as UNLIMITED.
to_seconds() {
  local days=0 seconds=0 parts part
  [[ $1 =~ ^([0-9]+-)?[0-9]+(:[0-9]+){0,2}$ ]] || return 1
  [[ $1 != *-* ]] || days=${1%%-*}
  IFS=: read -ra parts <<< "${1#*-}"
  for part in "${parts[@]}"; do seconds=$((seconds * 60 + 10#$part)); done
  echo $((days * 86400 + seconds))
}

# What the scheduler grants counts, not the directive: qsub's and sbatch's own options win over it.
granted_time() {
  if on_slurm; then
    squeue --noheader --jobs="$(slurm_id)" --format=%L
  else
    qstat -f "$PBS_JOBID" | sed -n 's/^ *Resource_List.walltime = //p'
  fi 2> /dev/null
}

read_job() {
  job=${SLURM_JOB_ID:-${PBS_JOBID:-}}
  part=${SLURM_ARRAY_TASK_ID:-${PBS_ARRAY_INDEX:-${VEERY_PART-}}}
  [[ -n $job ]] || refuse "this is a job script: submit it with sbatch or qsub"
  ends_at=$(to_seconds "$(granted_time)") || ends_at=$(to_seconds "${WALLTIME-}") || ends_at=
  time=()
  [[ -n $ends_at ]] || return 0
  say "ends in $ends_at s"
  # Of the walltime, which is the whole job's in each run, veery checks that it leaves time to work in; at the deadline
  # it has to be done.
  time=(--walltime "${ends_at}s" --deadline "$(($(date +%s) - SECONDS + ends_at))")
}

# Before hours are spent, what would be noticed only after them.
check_settings() {
  OUTPUT=${OUTPUT%/}
  [[ -e $ARCHIVE ]] || refuse "there is no archive $ARCHIVE: set ARCHIVE"
  on_slurm || [[ -f $THIS_SCRIPT ]] || refuse "there is no $THIS_SCRIPT, which is submitted again: set THIS_SCRIPT"
  on_slurm || [[ -z $part ]] || ! grep --quiet '^#PBS *-J' "$THIS_SCRIPT" ||
    refuse "give -J to qsub, not in the script: one part would submit them all again"
  [[ -z $part || -n ${LISTS-} ]] || refuse "a part of an array has a list of its recordings: set LISTS"
  [[ -z ${NEXT-} || -f $NEXT ]] || refuse "there is no $NEXT: set NEXT"
}

# A job of an array takes the list of its number, and an output folder of its own.
take_part() {
  local list name
  [[ -n $part ]] || return 0
  name=$(printf '%04d' "$part")
  OUTPUT+=/$name
  [[ -n ${LISTS-} ]] || return 0
  list=$LISTS/$name
  [[ -f $list ]] || refuse "part $part has no list $list"
  OPTIONS+=(--files-from "$list")
}

# ── the output ───────────────────────────────────────────────────────────────────────────────────────

# Striping is a matter of Lustre, and of a folder before it has files.
make_output() {
  [[ ! -d $OUTPUT ]] || return 0
  mkdir -p "$OUTPUT" || refuse "cannot make $OUTPUT: set OUTPUT"
  [[ -n ${STRIPES-} ]] && command -v lfs > /dev/null || return 0
  lfs setstripe --stripe-count "$STRIPES" "$OUTPUT" || say "lfs cannot set the stripes of $OUTPUT: it keeps the default"
}

# Not for a training, which has no temporary files.
choose_scratch() {
  scratch=()
  if [[ $1 == train ]]; then
    return
  elif [[ -d ${NODE_SCRATCH-} && -w ${NODE_SCRATCH-} ]]; then
    scratch=(--scratch "$NODE_SCRATCH")
  else
    say "no folder '${NODE_SCRATCH-}' on this node for temporary files: they go to $OUTPUT"
  fi
}

# What is done, as a number that grows: units, or the steps of a training.
progress() {
  local checkpoints
  mapfile -t checkpoints < <(compgen -G "$OUTPUT/checkpoints/step-*")
  if ((${#checkpoints[@]} > 0)); then
    echo "$((10#${checkpoints[-1]##*-}))"
  else
    find "$OUTPUT/units" -name '*.json' 2> /dev/null | wc -l
  fi
}

# Notes the run that begins; fails when there were too many. An output that was begun anew has another end.
count_run() {
  local done_before runs fruitless
  done_before=$(progress)
  [[ $(cut -d ' ' -f 1 "$OUTPUT.next" 2> /dev/null) == "$done_before" ]] || rm -f "$OUTPUT.next"
  echo "$done_before $job $(date '+%F %T')" >> "$OUTPUT.tries" || refuse "cannot write $OUTPUT.tries"
  runs=$(wc -l < "$OUTPUT.tries")
  fruitless=$(tac "$OUTPUT.tries" | awk -v now="$done_before" '$1 != now { exit } { n++ } END { print n - 1 }')
  ((runs <= MAX_RUNS && fruitless <= MAX_FRUITLESS)) && return
  say "gives up: $((runs - 1)) runs, the last $fruitless without a unit or a step finished." \
    "Look at $OUTPUT.log; to go on, remove $OUTPUT.tries and submit again"
  return 1
}

# ── signals ──────────────────────────────────────────────────────────────────────────────────────────

# SIGUSR1 is what mpirun and srun hand on to the ranks, which then stop in time. The launcher runs in the background
# because bash heeds signals only between commands or while it waits.
pass_on() {
  interrupted=true
  [[ -z ${launcher-} ]] || kill -USR1 "$launcher" 2> /dev/null
}

ask_to_end() {
  stopped_from_outside=true
  pass_on
}

watch_signals() {
  trap pass_on USR1
  trap ask_to_end TERM
}

# run_ranks COMMAND [ARGUMENT…]: its exit code in `code`.
run_ranks() {
  "${LAUNCH[@]}" "$VEERY" "$@" &
  launcher=$!
  while true; do
    interrupted=false
    wait "$launcher"
    code=$?
    $interrupted || break
  done
  launcher=
}

# ── what follows a run ───────────────────────────────────────────────────────────────────────────────

# SIGTERM comes at the end of the time; before it from qdel and scancel, which are final, and from preemption, after
# which the scheduler itself runs the job again.
was_cancelled() {
  local near_end_s=45
  $stopped_from_outside && ! { [[ -n $ends_at ]] && ((SECONDS + near_end_s >= ends_at)); }
}

submit() { (cd "$PBS_O_WORKDIR" && qsub ${part:+-v "VEERY_PART=$part"} "$1"); }

go_on() { if on_slurm; then scontrol requeue "$(slurm_id)"; else submit "$THIS_SCRIPT"; fi; }

follow_up() {
  local follower
  if [[ ${RESUBMIT:-yes} != yes ]]; then
    say "not done; RESUBMIT=$RESUBMIT: it is for the next job to go on"
  elif follower=$(go_on); then
    say "not done: goes on as job ${follower:-$job}"
  else
    say "not done, and no job can be submitted from here: submit it again to go on"
  fi
  exit 75
}

# Once for what is done: of a chain, each job that is left finds everything done.
submit_next() {
  local now before follower script
  now=$(progress)
  if [[ -f $OUTPUT.next ]] && read -r before follower script < "$OUTPUT.next" && [[ "$before $script" == "$now $NEXT" ]]; then
    say "next: job $follower, which was submitted before: not again ($OUTPUT.next)"
  elif follower=$(submit "$NEXT"); then
    say "next: job $follower"
    echo "$now $follower $NEXT" > "$OUTPUT.next" || say "cannot write $OUTPUT.next: a further job would submit NEXT again"
  else
    say "NEXT IS NOT SUBMITTED: qsub failed, see above. Submit it yourself: qsub ${part:+-v VEERY_PART=$part }$NEXT"
  fi
}

finish() {
  rm -f "$OUTPUT.tries"
  say "done (exit code $code): $OUTPUT"
  [[ -z ${NEXT-} ]] || submit_next
  exit "$code"
}

# ── for job scripts ──────────────────────────────────────────────────────────────────────────────────

# until_done COMMAND: veery COMMAND of ARCHIVE into OUTPUT with OPTIONS; does not return.
until_done() {
  watch_signals
  read_job
  check_settings
  take_part
  make_output
  choose_scratch "$1"
  say "log: $OUTPUT.log; how it goes: $VEERY status $OUTPUT; runs: $OUTPUT.tries"
  while count_run; do
    [[ -z $ends_at ]] || ((ends_at > SECONDS)) || follow_up
    run_ranks "$1" "$ARCHIVE" --output "$OUTPUT" --log-file "$OUTPUT.log" "${scratch[@]}" "${time[@]}" "${OPTIONS[@]}"
    case $code in
      0 | 3) finish ;;
      2) refuse "veery does not take this command line: see $OUTPUT.log, and set OPTIONS" ;;
    esac
    if was_cancelled; then
      say "ended from outside: not run again"
      exit 143
    fi
    if ((code == 75)) || $stopped_from_outside; then follow_up; fi
    say "ended with $code: run again"
    sleep 2 # a node's troubles may pass
  done
  exit 1
}

# check_output: veery verify of OUTPUT; does not return. Exit code 0: all is there and whole, 4: what it names differs.
check_output() {
  OUTPUT=${OUTPUT%/}
  watch_signals
  read_job
  take_part
  run_ranks verify "$OUTPUT"
  say "veery verify $OUTPUT: exit code $code"
  exit "$code"
}
