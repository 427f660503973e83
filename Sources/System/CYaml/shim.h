// libyaml.
#include <yaml.h>
