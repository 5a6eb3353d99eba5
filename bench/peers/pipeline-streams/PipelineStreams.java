import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Windows;
import org.apache.kafka.streams.kstream.internals.TimeWindow;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * First, last, maximum and count of each meter and local day from readings in Kafka to results in Kafka, exactly once,
 * one stream thread. The DSL with a window of its own for local days, and the processor API with a store in memory that
 * tells what changed every second.
 *
 *     java … PipelineStreams dsl|processor <brokers> <application id> <input topic> <output topic> <state directory>
 */
public final class PipelineStreams {
  static final ZoneId ZONE = ZoneId.of("Europe/Paris");
  static final JsonFactory JSON = new JsonFactory();

  public static void main(String[] arguments) throws Exception {
    String input = arguments[3];
    String output = arguments[4];
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[1]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[2]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[5]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    Topology topology = arguments[0].equals("dsl") ? dsl(input, output) : processor(input, output);
    KafkaStreams streams = new KafkaStreams(topology, settings);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    Thread.currentThread().join();
  }

  static Topology dsl(String input, String output) {
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(input, Consumed.with(Serdes.String(), READING).withTimestampExtractor(new ReadingTime()))
        .groupByKey(Grouped.with(Serdes.String(), READING))
        .windowedBy(new LocalDays())
        .aggregate(() -> null, (key, reading, day) -> Day.add(day, reading), Materialized.with(Serdes.String(), DAY))
        .toStream((window, day) -> window.key() + "/" + window.window().start())
        .to(output, Produced.with(Serdes.String(), TEXT));
    return builder.build();
  }

  static Topology processor(String input, String output) {
    Topology topology = new Topology();
    topology.addSource(AutoOffsetReset.earliest(), "readings", new ReadingTime(), Serdes.String().deserializer(), READING.deserializer(), input);
    topology.addProcessor("days", DayProcessor::new, "readings");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("day"), Serdes.String(), DAY).withCachingEnabled(),
        "days");
    topology.addSink("results", output, Serdes.String().serializer(), TEXT.serializer(), "days");
    return topology;
  }

  /** Tells each changed day once a second. */
  static final class DayProcessor implements Processor<String, Reading, String, Day> {
    private ProcessorContext<String, Day> context;
    private KeyValueStore<String, Day> store;
    private final Map<String, Map<Long, String>> keys = new HashMap<>();
    private final Map<String, Day> changed = new HashMap<>();
    private final LocalDays days = new LocalDays();

    @Override
    public void init(ProcessorContext<String, Day> context) {
      this.context = context;
      this.store = context.getStateStore("day");
      context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, now -> tell(now));
    }

    @Override
    public void process(Record<String, Reading> record) {
      Reading reading = record.value();
      long start = days.dayOf(reading.at).start();
      String key = keys.computeIfAbsent(record.key(), id -> new HashMap<>()).computeIfAbsent(start, at -> record.key() + "/" + at);
      Day day = Day.add(store.get(key), reading);
      store.put(key, day);
      changed.put(key, day);
    }

    private void tell(long now) {
      changed.forEach((key, day) -> context.forward(new Record<>(key, day, now)));
      changed.clear();
    }
  }

  static final class Reading {
    long at;
    long energyImportWh;
    double powerW;
  }

  static final class Day {
    long firstWh;
    long lastWh;
    double powerMaxW;
    long count;

    static Day add(Day before, Reading reading) {
      Day day = new Day();
      day.firstWh = before == null ? reading.energyImportWh : before.firstWh;
      day.lastWh = reading.energyImportWh;
      day.powerMaxW = before == null ? reading.powerW : Math.max(before.powerMaxW, reading.powerW);
      day.count = before == null ? 1 : before.count + 1;
      return day;
    }
  }

  /** Windows from local midnight to local midnight. */
  static final class LocalDays extends Windows<TimeWindow> {
    private TimeWindow last = new TimeWindow(0, 1);

    TimeWindow dayOf(long at) {
      if (at >= last.start() && at < last.end()) return last;
      var date = Instant.ofEpochMilli(at).atZone(ZONE).toLocalDate();
      last = new TimeWindow(
          date.atStartOfDay(ZONE).toInstant().toEpochMilli(), date.plusDays(1).atStartOfDay(ZONE).toInstant().toEpochMilli());
      return last;
    }

    @Override
    public Map<Long, TimeWindow> windowsFor(long at) {
      TimeWindow day = dayOf(at);
      return Map.of(day.start(), day);
    }

    @Override
    public long size() {
      return Duration.ofHours(25).toMillis();
    }

    @Override
    public long gracePeriodMs() {
      return Duration.ofHours(48).toMillis();
    }
  }

  static final class ReadingTime implements TimestampExtractor {
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
      return ((Reading) record.value()).at;
    }
  }

  static Reading parse(byte[] bytes) {
    Reading reading = new Reading();
    try (JsonParser parser = JSON.createParser(bytes)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "at" -> reading.at = parser.getLongValue();
          case "energyImportWh" -> reading.energyImportWh = parser.getLongValue();
          case "powerW" -> reading.powerW = parser.getDoubleValue();
          default -> parser.skipChildren();
        }
      }
      return reading;
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  static final Serde<Reading> READING = Serdes.serdeFrom(
      (topic, reading) -> {
        throw new UnsupportedOperationException();
      },
      (topic, bytes) -> parse(bytes));

  static final Serde<Day> DAY = Serdes.serdeFrom(
      (topic, day) -> day == null
          ? null
          : ByteBuffer.allocate(32).putLong(day.firstWh).putLong(day.lastWh).putDouble(day.powerMaxW).putLong(day.count).array(),
      (topic, bytes) -> {
        if (bytes == null) return null;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Day day = new Day();
        day.firstWh = buffer.getLong();
        day.lastWh = buffer.getLong();
        day.powerMaxW = buffer.getDouble();
        day.count = buffer.getLong();
        return day;
      });

  static final Serde<Day> TEXT = Serdes.serdeFrom(
      (topic, day) -> ("{\"firstWh\":" + day.firstWh + ",\"lastWh\":" + day.lastWh + ",\"powerMaxW\":" + day.powerMaxW
          + ",\"count\":" + day.count + "}").getBytes(StandardCharsets.UTF_8),
      (topic, bytes) -> {
        throw new UnsupportedOperationException();
      });
}
