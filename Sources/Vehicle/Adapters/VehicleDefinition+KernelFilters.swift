// What the kernel should hand over of each bus: exactly the frames that the vehicle's decoder has a use for.
import DecoderCore
import Decoding
public import VehicleBus
import Vocabulary

extension VehicleDefinition {
  /// Filters for a socket on `bus`. A data frame passes if, and only if, the decoder knows it as a message of the bus,
  /// or looks at it as diagnostic traffic; remote requests and error frames never do. Where that takes more filters
  /// than a socket may have, everything passes.
  public func kernelFilters(bus: UInt8) -> [CANFilter] {
    var filters: [CANFilter] = []
    var known: Set<CANFilter> = []
    func pass(_ filter: CANFilter) { if known.insert(filter).inserted { filters.append(filter) } }

    func isHere(_ message: DecoderTable.Message) -> Bool { message.bus == nil || message.bus == bus }

    for message in messages where isHere(message) {
      if message.matching == .parameterGroup && message.id.isExtended {
        pass(CANFilter(parameterGroup: message.id.parameterGroup))
      } else {
        pass(CANFilter(exactly: message.id))
      }
    }
    for message in diagnostics.transported where isHere(message) { pass(CANFilter(exactly: message.id)) }
    // What `ISOTPListener.isCandidate` looks at: 700...7FF; 18DAxxxx and 18DBxxxx of any priority.
    let dataFrames = CANID.extendedFlag | CANID.remoteFlag
    pass(CANFilter(id: 0x700, mask: dataFrames | 0x700))
    pass(CANFilter(id: CANID.extendedFlag | 0x00DA_0000, mask: dataFrames | 0x03FE_0000))
    if speaksJ1939(bus) {
      // The transport protocol and its extended form, as `J1939Listener.isCandidate`.
      for group: UInt32 in [0xEC00, 0xEB00, 0xC800, 0xC700] { pass(CANFilter(parameterGroup: group)) }
      for group in J1939Diagnostics.Group.allCases { pass(CANFilter(parameterGroup: group.rawValue)) }
    }
    return filters.count <= CANFilter.mostPerSocket ? filters : [.everything]
  }
}
