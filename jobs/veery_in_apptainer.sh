#!/bin/bash
# veery_in_apptainer.sh [ARGUMENT…]: veery of the image VEERY_IMAGE, for VEERY in a job script (../containers/README.md).
#
# VEERY_IMAGE_OPTIONS: words for `apptainer exec`, such as --nv. Apptainer itself reads APPTAINER_BIND, the host's folders
# that the image sees beside $HOME, /tmp and the working folder, and APPTAINERENV_NAME, variables in the image.
image=${VEERY_IMAGE:?veery_in_apptainer.sh: set and export it: the image file}
read -ra options <<< "${VEERY_IMAGE_OPTIONS-}"
exec apptainer exec "${options[@]}" "$image" veery "$@"
