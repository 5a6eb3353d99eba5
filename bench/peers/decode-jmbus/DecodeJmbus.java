import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.openmuc.jmbus.DataRecord;
import org.openmuc.jmbus.MBusMessage;
import org.openmuc.jmbus.VariableDataStructure;

/** Frames (hex, one a line, first argument) to records with scaled values. Each line on stdin is a round of so many milliseconds; the answer is frames per second. */
public final class DecodeJmbus {
  private static double sink;

  public static void main(String[] arguments) throws Exception {
    List<byte[]> frames = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      if (!line.isBlank()) frames.add(HexFormat.of().parseHex(line.trim()));
    }
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      long duration = Long.parseLong(line.trim()) * 1_000_000L;
      long count = 0;
      long start = System.nanoTime();
      long elapsed;
      do {
        for (int pass = 0; pass < 50; pass++) {
          for (byte[] frame : frames) decode(frame);
          count += frames.size();
        }
        elapsed = System.nanoTime() - start;
      } while (elapsed < duration);
      System.out.println(count * 1e9 / elapsed);
    }
    if (sink == 42) System.err.println(sink);
  }

  private static void decode(byte[] frame) throws Exception {
    VariableDataStructure structure = MBusMessage.decode(frame, frame.length).getVariableDataResponse();
    structure.decode();
    for (DataRecord record : structure.getDataRecords()) {
      switch (record.getDataValueType()) {
        case LONG, BCD, DOUBLE -> sink += record.getScaledDataValue();
        default -> sink += record.getDataValue() == null ? 0 : 1;
      }
    }
  }
}
