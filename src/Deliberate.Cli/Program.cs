using Deliberate.Cli;

return CommandApp.Run(args);
