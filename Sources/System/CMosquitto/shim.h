// libmosquitto and its MQTT 5 property constants.
#include <mosquitto.h>
#include <mqtt_protocol.h>
