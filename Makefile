# Variables, as `make help` tells them.
#= PORT: where `make run` serves the wallet (8080)
#= SAFE_A_PORT: where it runs its safes; also SAFE_B_PORT, SAFE_C_PORT (8787, 8788, 8789)
#= SEEDS, FROM: how many seeds are simulated (20000; in `make test` 2000), and the first one (0)
#= TARGET, SECONDS_EACH, FOUND: the one parser `make fuzz` is to try (all), for how long (60), or with which file alone
#= KIND: simulates only `values`, only `plans` or only `cheats` (all)
#= CHROMIUM: the browser of `make test` and `make shots`, where it is not on the PATH

.DEFAULT_GOAL := help
.PHONY: help setup run test sim fuzz shots size deploy-check clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
	@printf '\nand the variables they read, as in `PORT=9080 make run`:\n'
	@sed -n 's/^#= \([A-Z_, ]*\): \(.*\)/  \1\t\2/p' Makefile | expand -t 22

setup: ## get the machine ready (every other target does it by itself)
	@scripts/setup.sh --test

run: ## the wallet at http://localhost:8080 and three safes, until Ctrl-C
	@scripts/setup.sh
	@scripts/in-env.sh node scripts/run.mjs

test: ## everything that is checked, from formatting to the real browser
	@scripts/test.sh

sim: ## the simulation of many wallets and safes, longer than in the tests
	@scripts/sim.sh

fuzz: ## libFuzzer over every parser of foreign bytes, a minute each (needs the network once, and a C++ compiler)
	@scripts/fuzz.sh

shots: ## pictures of every screen of the wallet, into target/shots, and the one in the README
	@scripts/setup.sh --test
	@scripts/in-env.sh node scripts/lib/build.mjs wallet safe
	@scripts/in-env.sh node scripts/shots.mjs

size: ## what the first load of the wallet and the safe's bundle weigh
	@scripts/setup.sh
	@scripts/in-env.sh node scripts/lib/build.mjs wallet safe
	@scripts/in-env.sh node scripts/size.mjs

deploy-check: ## whether the safe could be deployed as it is (nothing leaves this machine)
	@scripts/setup.sh
	@scripts/in-env.sh node scripts/lib/build.mjs safe
	@scripts/deploy-check.sh

clean: ## forget what was built; what the safes of `make run` hold stays
	@rm -rf dist target safe-worker/build .saifu/built-*
