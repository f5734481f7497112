using Deliberate.Benchmarks;

switch (args)
{
    case ["train", var shape, var sequences, var length, var threads, .. var rest]:
        TrainBenchmark.Run(shape, int.Parse(sequences), int.Parse(length), int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 7);
        return 0;
    default:
        Console.Error.WriteLine("Usage: train SHAPE SEQUENCES LENGTH THREADS [STEPS]");
        return 2;
}
